/* Exercice : serveur UDP. */
#include <arpa/inet.h>  /* htons, htonl */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in, INADDR_ANY, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

int main(void)
{
    char message[LG_MESSAGE];

    /* Étape 1 : créer un socket SOCK_DGRAM et l'attacher au port 5000 de INADDR_ANY. */

    /* Étape 2 : recevoir un datagramme dans message (recvfrom). Ni listen, ni accept. */

    /* Étape 3 : rien reçu (0) ? Le dire. Sinon afficher le message, qui n'a pas de '\0' final, et son nombre d'octets. */

    /* Étape 4 : fermer le socket, terminer avec EXIT_SUCCESS. */

    /* Étape 5 : que se passe-t-il si un signal interrompt recvfrom ? si le datagramme est plus long que le tampon ? */

    fprintf(stderr, "serveur_udp : à compléter (port %d, messages d'au plus %zu octets)\n", PORT, sizeof(message));
    return EXIT_FAILURE;
}
