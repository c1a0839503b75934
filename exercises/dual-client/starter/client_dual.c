/* Exercice : client TCP, IPv4 ou IPv6. */
#include <netdb.h> /* getaddrinfo, freeaddrinfo, gai_strerror */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LG_MESSAGE 256

static const char messageEnvoi[] = "Hello serveur, voici un message du client !";

int main(int argc, char *argv[])
{
    if (argc > 0)
        printf("%s enverra %zu octets, et en recevra au plus %d à la fois\n", argv[0], strlen(messageEnvoi), LG_MESSAGE);

    /* Étape 1 : sans exactement deux arguments (HÔTE et PORT), afficher un mode d'emploi sur la sortie d'erreur. */

    /* Étape 2 : demander les adresses des deux familles à getaddrinfo(). En cas d'erreur, afficher gai_strerror(). */

    /* Étape 3 : parcourir la liste (ai_next) : créer un socket de la famille de l'adresse, tenter connect(), et en cas de
       refus fermer ce socket avant de passer à l'adresse suivante. */

    /* Étape 4 : libérer la liste. Si aucune adresse n'a répondu, le dire sur la sortie d'erreur. */

    /* Étape 5 : envoyer le message, et afficher le nombre d'octets envoyés. */

    /* Étape 6 : recevoir la réponse jusqu'à la fin de fichier ; l'afficher, avec son nombre d'octets. */

    /* Étape 7 : fermer le socket, et terminer avec EXIT_SUCCESS si tout s'est bien passé. */

    fprintf(stderr, "client_dual : à compléter\n");
    return EXIT_FAILURE;
}
